#!/bin/bash
# Builds the disk of proof:boot in the folder $1: disk.ext4, vmlinuz, initrd, packages/ and cloud-init.version.
# Needs root, mmdebstrap and mke2fs; mounts nothing but what mmdebstrap mounts itself.
set -euo pipefail
out=$1
root=$out/root
say() { printf 'stage %s\n' "$*"; }

# One package in two versions, to see an upgrade, and one that only extra_packages brings.
say 'packages that the guest installs'
mkdir -p "$out/packages" "$out/deb"
make_package() {
	rm -rf "$out/deb" && mkdir -p "$out/deb/DEBIAN"
	printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: proof <proof@proof.test>\nDescription: proof\n' "$1" "$2" >"$out/deb/DEBIAN/control"
	chmod -R u=rwX,go=rX "$out/deb"
	dpkg-deb --root-owner-group --build "$out/deb" "$3/$1_$2_all.deb" >/dev/null
}
make_package garm-proof-base 1 "$out"
make_package garm-proof-base 2 "$out/packages"
make_package garm-proof-extra 1 "$out/packages"
for file in "$out"/packages/*.deb; do
	dpkg-deb --field "$file"
	printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${file##*/}" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
done >"$out/packages/Packages"

say 'Debian with cloud-init (mmdebstrap)'
# cloud-init renders for ifupdown where that is installed: netplan.io alone is what Debian's cloud images have.
include=systemd-sysv,dbus,udev,kmod,procps,iproute2,netplan.io,e2fsprogs,zstd,initramfs-tools,linux-image-amd64
include+=,cloud-init,cloud-guest-utils,openssh-server,sudo,curl,ca-certificates,jq
mmdebstrap --quiet --variant=minbase --mode=root --format=directory --include="$include" \
	--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
	--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	bookworm "$root"

say 'the template'
cp "$out/garm-proof-base_1_all.deb" "$root/tmp/base.deb"
chroot "$root" dpkg --install /tmp/base.deb >/dev/null
rm -f "$root/tmp/base.deb"
printf 'LABEL=root / ext4 errors=remount-ro,noatime 0 1\n' >"$root/etc/fstab"
# Empty, not removed: a first boot fills it.
: >"$root/etc/machine-id"
mkdir -p "$root/var/lib/dbus" && ln -sfn /etc/machine-id "$root/var/lib/dbus/machine-id"
rm -f "$root"/etc/ssh/ssh_host_*
printf 'localhost\n' >"$root/etc/hostname"
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
printf 'nameserver 10.0.2.3\n' >"$root/etc/resolv.conf"
# Packages come from the proof itself, through the proxy that GARM names.
printf 'deb [trusted=yes] http://packages.proof.test/ ./\n' >"$root/etc/apt/sources.list"
# What costs an emulated machine half a minute and proves nothing.
sed -i -E '/^ - (locale|grub-dpkg)$/d' "$root/etc/cloud/cloud.cfg"
printf 'ssh_genkeytypes: [ed25519]\n' >"$root/etc/cloud/cloud.cfg.d/90-proof.cfg"
sed -i '/^[^#]/{s/^/!/}' "$root/etc/ca-certificates.conf"
chroot "$root" update-ca-certificates --fresh >/dev/null
chroot "$root" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer
# Owes nothing to the seed: the kernel's command line says where the proof listens.
cat >"$root/usr/local/sbin/garm-proof" <<'END'
#!/bin/sh
set -eu
url=$(sed -n 's/.*garm_proof=\([^ ]*\).*/\1/p' /proc/cmdline)
curl --silent --show-error --fail --retry 3 --output /run/garm-proof.py "$url/report"
exec python3 /run/garm-proof.py "$url"
END
chmod 0755 "$root/usr/local/sbin/garm-proof"
cat >"$root/etc/systemd/system/garm-proof.service" <<'END'
[Unit]
Description=Report of the first boot, when all of cloud-init is over
After=cloud-final.service
ConditionKernelCommandLine=garm_proof
SuccessAction=poweroff-immediate
FailureAction=poweroff-immediate
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/garm-proof
StandardOutput=journal+console
StandardError=journal+console
[Install]
WantedBy=cloud-init.target
END
chroot "$root" systemctl --quiet enable garm-proof.service

say 'the initrd'
# ds-identify looks for the seed a second after the start: the initrd has to bring the CD drive up.
printf 'MODULES=list\nCOMPRESS=gzip\n' >"$root/etc/initramfs-tools/conf.d/proof"
printf '%s\n' virtio_pci virtio_blk virtio_net virtio_scsi sd_mod ext4 crc32c_generic ata_piix ahci sr_mod isofs >>"$root/etc/initramfs-tools/modules"
kernel=$(basename "$root"/boot/vmlinuz-*)
chroot "$root" mkinitramfs -o /boot/initrd.proof "${kernel#vmlinuz-}" 2>/dev/null
mv "$root/boot/initrd.proof" "$out/initrd"
cp "$root/boot/$kernel" "$out/vmlinuz"
rm -f "$root"/boot/initrd.img-*

say 'the file system'
mke2fs -q -t ext4 -L root -d "$root" -m 0 "$out/disk.ext4" 1300M
chroot "$root" dpkg-query --show --showformat '${Version}\n' cloud-init >"$out/cloud-init.version"
rm -rf "$root" "$out/deb" "$out"/*.deb
