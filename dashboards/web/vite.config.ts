import { defineConfig } from "vite";

// Guests open one link on a telephone, so their page carries nothing of the clinic's; the demo's telephone is a third.
export default defineConfig({
  base: "/static/",
  build: {
    outDir: "../../gateway/static",
    emptyOutDir: true,
    // read by the gateway to find the hashed files, and by make to see when it was built
    manifest: "manifest.json",
    target: "es2022",
    rolldownOptions: { input: { guest: "guest.html", clinic: "clinic.html", phone: "phone.html" } },
  },
  server: {
    fs: { allow: [".", "../../languages"] }, // the pages' words
    proxy: {
      "/api": "http://127.0.0.1:8080",
      "/ws": { target: "ws://127.0.0.1:8080", ws: true },
    },
  },
});
