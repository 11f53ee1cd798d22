const shy = document.getElementById('shy');
shy.addEventListener('focus', () => shy.nextElementSibling?.focus() ?? document.querySelector('input').focus());
