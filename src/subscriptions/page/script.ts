/**
 * The one thing that needs a script: copying. Its buttons are hidden until it runs. Without a secure context there is no
 * clipboard to write to, so the old way is tried after the new one. Each line ends where JavaScript may be joined.
 */
const source = `
const said=document.getElementById('said');
for(const button of document.querySelectorAll('[data-copy]')){
  const word=button.textContent;
  const field=document.getElementById(button.dataset.copy);
  button.hidden=false;
  button.onclick=async()=>{
    try{
      await navigator.clipboard.writeText(field.value||field.textContent);
    }catch{
      getSelection().selectAllChildren(field);
      if(field.select)field.select();
      if(!document.execCommand('copy'))return;
    }
    button.textContent=said.textContent=button.dataset.done;
    setTimeout(()=>{button.textContent=word;said.textContent='';},2000);
  };
}
`;

export const script = source.replaceAll(/\s*\n\s*/g, '');
