"""The scripts that take a shown page down. They change nothing but the scroll position."""

from __future__ import annotations

SCROLL = """
async () => {
  const step = innerHeight * 0.8;
  for (let y = 0, n = 0; y < document.documentElement.scrollHeight && n < 60; y += step, n++) {
    scrollTo(0, y);
    await new Promise(done => setTimeout(done, 40));
  }
  scrollTo(0, 0);
}
"""
"""Down and up again: pictures that load when they come into sight."""

DOM = """
() => {
  const roots = [];
  const walk = node => {
    for (const each of node.querySelectorAll('*')) {
      if (each.shadowRoot) { roots.push(each.shadowRoot); walk(each.shadowRoot); }
    }
  };
  walk(document);
  const root = document.documentElement;
  const quoted = text => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;');
  const attributes = [...root.attributes].map(each => ` ${each.name}="${quoted(each.value)}"`);
  const inner = root.getHTML ? root.getHTML({ shadowRoots: roots }) : root.innerHTML;
  return `<!DOCTYPE html><html${attributes.join('')}>${inner}</html>`;
}
"""

TEXT = "() => document.body ? document.body.innerText : ''"

BOXES = """
() => {
  const out = [];
  const silent = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'TITLE', 'TEXTAREA']);
  const range = document.createRange();
  const add = (text, rect) => {
    if (text.trim() && rect && rect.width > 0 && rect.height > 0) {
      out.push([text, Math.round(rect.left + scrollX), Math.round(rect.top + scrollY),
                Math.round(rect.width), Math.round(rect.height)]);
    }
  };
  const one = node => {
    range.selectNodeContents(node);
    const rects = range.getClientRects();
    const text = node.data;
    if (rects.length < 2 || text.length > 3000) { add(text, range.getBoundingClientRect()); return; }
    let start = 0, top = null, box = null;
    for (let i = 0; i < text.length; i++) {
      range.setStart(node, i); range.setEnd(node, i + 1);
      const rect = range.getBoundingClientRect();
      if (!rect.width) continue;
      if (top !== null && Math.abs(rect.top - top) > 3) { add(text.slice(start, i), box); start = i; box = null; }
      top = rect.top;
      if (!box) { box = { left: rect.left, top: rect.top, width: rect.width, height: rect.height }; }
      else {
        const right = Math.max(box.left + box.width, rect.right);
        box.left = Math.min(box.left, rect.left);
        box.width = right - box.left;
        box.height = Math.max(box.height, rect.height);
      }
    }
    add(text.slice(start), box);
  };
  const walk = node => {
    if (out.length > 40000) return;
    if (node.nodeType === Node.TEXT_NODE) { if (node.data.trim()) one(node); return; }
    if (node.nodeType === Node.ELEMENT_NODE && silent.has(node.tagName)) return;
    if (node.shadowRoot) walk(node.shadowRoot);
    for (const child of node.childNodes) walk(child);
  };
  if (document.body) walk(document.body);
  return out;
}
"""
"""Line by line, in the order of the document. Text that is not drawn has no box and is left out."""
