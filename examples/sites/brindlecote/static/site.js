(function(){
  var heads=document.querySelectorAll('.tabs .tab-hd li');
  for(var i=0;i<heads.length;i++){heads[i].onclick=function(){
    var box=this.parentNode.parentNode,hd=box.querySelectorAll('.tab-hd li'),bd=box.querySelectorAll('.tab-bd');
    for(var j=0;j<hd.length;j++){var on=hd[j]===this;hd[j].className=on?'on':'';bd[j].style.display=on?'block':'none';}
  };}
  var top=document.querySelector('.kefu');if(top){top.onclick=function(){window.scrollTo(0,0);};}
})();
