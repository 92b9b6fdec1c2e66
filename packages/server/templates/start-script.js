// Without this the commands are selected by a click; with it each has a button that copies.
if (navigator.clipboard) {
  for (const box of document.querySelectorAll('[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = box.dataset.copy;
    button.setAttribute('aria-live', 'polite');
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(box.querySelector('pre').textContent);
      button.textContent = box.dataset.copied;
      setTimeout(() => {
        button.textContent = box.dataset.copy;
      }, 2000);
    });
    box.append(button);
  }
}
