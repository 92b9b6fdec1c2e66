// The platform packages of Node say `"os": "linux"` where npm's schema wants a list; pnpm drops what is no list
// and would install all five. The Linux ones are linked against glibc and say so nowhere.
// CommonJS, for this is the name that every pnpm from 10 on reads.
const platformNode = /^node-(bin-)?(linux|darwin|win)-/;

module.exports = {
  hooks: {
    readPackage(manifest) {
      if (!platformNode.test(manifest.name)) return manifest;
      for (const key of ['os', 'cpu']) {
        if (typeof manifest[key] === 'string') manifest[key] = [manifest[key]];
      }
      if (manifest.name.startsWith('node-linux-')) manifest.libc = ['glibc'];
      return manifest;
    },
  },
};
