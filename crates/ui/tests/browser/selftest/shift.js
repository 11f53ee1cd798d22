setTimeout(() => document.getElementById('late').classList.add('block'), 100);
