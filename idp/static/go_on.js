// Goes on to where the portal asked, once the frames of the page are there, or after three seconds.
"use strict";

const goOn = () => location.replace(document.querySelector("a.button").href);
addEventListener("load", goOn);
setTimeout(goOn, 3000);
