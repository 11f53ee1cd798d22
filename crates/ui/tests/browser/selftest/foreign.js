new Image().src = "http://127.0.0.2:9/x.png";
