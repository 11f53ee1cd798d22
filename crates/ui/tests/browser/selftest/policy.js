document.body.insertAdjacentHTML("beforeend", "<p hidden style=color:red></p>");
