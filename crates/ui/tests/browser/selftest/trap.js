document.getElementById('trap').addEventListener('keydown', (event) => event.key === 'Tab' && event.preventDefault());
