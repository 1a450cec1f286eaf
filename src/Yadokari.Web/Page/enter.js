// The first thing that runs, once: keeps the key where only this name and this port can read it. A cookie goes to all ports of a name.
localStorage.setItem("key", document.currentScript.dataset.key);
location.replace("/");
