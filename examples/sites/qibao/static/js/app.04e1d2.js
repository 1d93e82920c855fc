(function(){
var app=document.getElementById("app");
fetch("/api/demo.json").then(function(answer){return answer.json();}).then(function(demo){
  app.appendChild(h("h1",demo.title));
  demo.cards.forEach(function(card){
    var box=h("div");box.className="card";
    box.appendChild(h("h3",card.name));box.appendChild(h("p",card.text));
    app.appendChild(box);
  });
  var more=h("a","返回首页");more.href="/";app.appendChild(more);
});
})();
