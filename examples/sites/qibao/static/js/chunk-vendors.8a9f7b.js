window.h=function(tag,text){var node=document.createElement(tag);if(text){node.textContent=text;}return node;};
