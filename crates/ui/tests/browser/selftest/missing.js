new Image().src = "nothing.png";
