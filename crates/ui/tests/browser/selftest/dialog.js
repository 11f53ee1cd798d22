alert("self-test");
