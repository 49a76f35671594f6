// Read by Nodes of any age before it is known whether they will do: no imports, no syntax that is younger than modules.

/** Ends the process with one sentence when this Node or this machine cannot run the hosts of the lab. */
export function requireMachine() {
  const complaint = complaintAbout(process.versions.node, process.platform);
  if (complaint === '') return;
  console.error(complaint);
  process.exit(1);
}

/** What is wrong with a Node version and a platform, as a sentence; empty when nothing is. */
export function complaintAbout(version, platform) {
  const parts = version.split('.').map(Number);
  if (parts[0] < 20 || (parts[0] === 20 && parts[1] < 19)) {
    return 'stowage needs Node.js 20.19 or newer, and this is ' + version + '; see https://nodejs.org/en/download';
  }
  if (platform !== 'linux') {
    return (
      'the hosts of the demo and the lab are Linux namespaces, and this is ' +
      platform +
      '; run it on Linux or in a Linux VM'
    );
  }
  return '';
}
