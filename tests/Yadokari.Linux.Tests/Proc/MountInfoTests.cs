using Shouldly;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Tests.Proc;

public class MountInfoTests
{
    [Fact]
    public void Escapes_and_optional_fields_are_understood()
    {
        IReadOnlyDictionary<int, MountInfo> mounts = MountInfo.Parse(
            "36 35 98:300 /root /mnt\\040a\\134b rw,noatime master:1 shared:2 - ext4 /dev/root rw\n37 36 0:25 / /proc rw - proc proc rw\n"u8);
        mounts[36].ShouldBe(new MountInfo(36, 98, 300, "/mnt a\\b", "ext4"));
        mounts[36].Device.ShouldBe((98ul << 8) | (300ul & 0xff) | ((300ul & ~0xfful) << 12));
        mounts[37].Type.ShouldBe("proc");
    }

    [Fact]
    public void The_own_root_is_among_the_mounts() =>
        MountInfo.Read(Environment.ProcessId)!.Values.ShouldContain(mount => mount.Point == "/");
}
