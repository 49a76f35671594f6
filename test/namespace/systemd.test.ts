import { expect } from 'chai';
import { output } from '../lab/observe.js';
import { hostOf } from '../lab/lab.js';
import type { NamespaceLab } from '../lab/namespace.js';
import { labOrSkip, ssh } from './support.js';

describe('a host of the namespace lab with systemd', function () {
  this.timeout(60_000);
  let lab: NamespaceLab;
  before(async function () {
    lab = await labOrSkip(this, { hosts: 2, systemd: true, execLog: true });
  });

  const facts: [string, { script: string; gives: string }][] = [
    ['is running', { script: 'systemctl is-system-running', gives: 'running' }],
    ['has systemd as process 1', { script: 'cat /proc/1/comm', gives: 'systemd' }],
    ['runs transient units', { script: 'systemd-run --wait --quiet --pipe echo done', gives: 'done' }],
    ['has a journal', { script: 'journalctl --quiet --unit ssh --grep Started --output cat | wc -l', gives: '1' }],
    ['has no devices of the machine', { script: 'find /dev -type b; lsblk', gives: '' }],
  ];
  for (const [title, { script, gives }] of facts) {
    it(title, async () => expect(await output(hostOf(lab, 'kvm1'), script)).to.equal(gives));
  }

  it('mounts what fstab says', async () => {
    const script = `mkdir /srv/mem && echo 'mem /srv/mem tmpfs size=1m 0 0' >>/etc/fstab
      systemctl daemon-reload && systemctl start srv-mem.mount && findmnt -n -o FSTYPE /srv/mem`;
    expect(await output(hostOf(lab, 'kvm1'), script)).to.equal('tmpfs');
  });

  it('stops and starts sshd, and knows what was executed', async () => {
    const kvm2 = hostOf(lab, 'kvm2');
    await kvm2.stopSsh();
    expect((await ssh(lab, kvm2, 'true')).stderr).to.match(/Connection refused/);
    await kvm2.startSsh();
    expect(await ssh(lab, kvm2, 'id -u')).to.deep.equal({ code: 0, stdout: '0\n', stderr: '' });
    expect(kvm2.execs()).to.deep.equal(['id -u']);
  });
});
