using System.Diagnostics;
using Shouldly;
using Xunit;
using Yadokari.Linux.Trusted;

namespace Yadokari.Linux.Tests.Trusted;

/// <summary>What a user may rely on, and what a hostile other one could have prepared. Root prepares both.</summary>
public sealed class TrustedPathTests : IDisposable
{
    private const uint User = 64001;
    private const uint Hostile = 65534;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Seen = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode Shared = Seen | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly string _root = Directory.CreateTempSubdirectory("yado-trusted-").FullName;

    public TrustedPathTests()
    {
        File.SetUnixFileMode(_root, Seen);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableFact]
    public void Ones_own_and_roots_are_trusted()
    {
        Make("own", User, Private);
        Make("own/deep", User, Seen);
        Make("roots", 0, Seen);
        Fault("own/deep").ShouldBeNull();
        Fault("roots").ShouldBeNull();
        TrustedPath.FindFault("/", User).ShouldBeNull();
        TrustedPath.FindFault("/usr/bin/env", User).ShouldBeNull();
    }

    [SkippableFact]
    public void What_is_not_there_yet_is_judged_by_what_leads_to_it()
    {
        Make("own", User, Seen);
        Fault("own/not/yet").ShouldBeNull();
        Make("open", 0, Shared);
        Fault("open/not/yet").ShouldBe($"everybody may write {At("open")} (chmod o-w {At("open")})");
    }

    [SkippableFact]
    public void A_directory_made_in_advance_by_another_is_not()
    {
        Make("tmp", 0, Shared | UnixFileMode.StickyBit);
        Make("tmp/work", Hostile, Shared);
        Fault("tmp/work").ShouldBe($"{At("tmp/work")} belongs to user {Hostile}, who could put anything there");
        Fault("tmp/work/below").ShouldNotBeNull();

        // Root is no exception: what it finds is not its own.
        TrustedPath.FindFault(At("tmp/work"), 0).ShouldNotBeNull();
        Make("tmp/users", User, Private);
        TrustedPath.FindFault(At("tmp/users"), 0).ShouldBe($"{At("tmp/users")} belongs to user {User}, who could put anything there");
    }

    [SkippableFact]
    public void A_sticky_directory_protects_what_is_in_it_and_is_no_place_itself()
    {
        Make("tmp", 0, Shared | UnixFileMode.StickyBit);
        Make("tmp/work", User, Private);
        Fault("tmp/work").ShouldBeNull();
        Fault("tmp").ShouldNotBeNull();
        Make("open", 0, Shared);
        Make("open/work", User, Private);
        Fault("open/work").ShouldNotBeNull("anybody renames it there");
    }

    [SkippableFact]
    public void A_link_of_another_is_not_followed_and_ones_own_is_followed_to_its_end()
    {
        Make("own", User, Seen);
        Make("other", Hostile, Seen);
        Make("tmp", 0, Shared | UnixFileMode.StickyBit);
        Link("tmp/swapped", At("own"), Hostile);
        Fault("tmp/swapped").ShouldBe($"{At("tmp/swapped")} belongs to user {Hostile}, who could put anything there");
        Fault("tmp/swapped/below").ShouldNotBeNull();

        Link("own/good", "../own", User);
        Link("own/twice", "good/good", User);
        Link("own/bad", "../other", User);
        Link("own/loop", "loop", User);
        Fault("own/good").ShouldBeNull();
        Fault("own/twice/good").ShouldBeNull();
        Fault("own/bad")!.ShouldContain(At("other"));
        Fault("own/bad/../own")!.ShouldContain(At("other"));
        Fault("own/loop")!.ShouldContain("too many symbolic links");
    }

    /// <summary>The parent of what a link leads to, not of the link.</summary>
    [SkippableFact]
    public void Two_dots_behind_a_link_are_the_kernels()
    {
        Make("other", Hostile, Seen);
        Make("other/deep", User, Seen);
        Make("own", User, Seen);
        Link("own/in", At("other/deep"), User);
        Fault("own/in/..")!.ShouldContain(At("other"));
    }

    [SkippableFact]
    public void A_group_may_not_write_unless_it_is_the_users_alone()
    {
        Make("own", User, Seen | UnixFileMode.GroupWrite);
        Fault("own").ShouldBe($"group 0 may write {At("own")} (chmod g-w {At("own")})");
        Make("own/file", User, Seen);
        Fault("own/file").ShouldNotBeNull("another file could be put there");

        string[] users = ["root:x:0:0::/:/bin/sh", "ann:x:1000:1000::/:/bin/sh", "ben:x:1001:1001::/:/bin/sh", "cid:x:1002:50::/:/bin/sh"];
        string[] groups = ["root:x:0:", "ann:x:1000:", "ben:x:1001:ann", "staff:x:50:", "own:x:1003:ann"];
        PrivateGroup.IsOf(1000, 1000, users, groups).ShouldBeTrue();
        PrivateGroup.IsOf(1001, 1001, users, groups).ShouldBeFalse("ann is in it");
        PrivateGroup.IsOf(1000, 50, users, groups).ShouldBeFalse("it is cid's");
        PrivateGroup.IsOf(1002, 1002, users, groups).ShouldBeFalse("unknown");
        PrivateGroup.IsOf(1000, 1003, users, groups).ShouldBeFalse("nobody's first group: who is in it is not all told there");
    }

    [SkippableFact]
    public void A_file_that_others_may_write_is_not()
    {
        Make("own", User, Seen);
        File.WriteAllText(At("own/file"), "");
        Give("own/file", User);
        File.SetUnixFileMode(At("own/file"), UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        Fault("own/file").ShouldNotBeNull();
        File.SetUnixFileMode(At("own/file"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Fault("own/file").ShouldBeNull();
    }

    [Theory]
    [InlineData("         0          0 4294967295\n", true)]
    [InlineData("         0       1000          1\n", false)]
    [InlineData("         0          0       1000\n      1000     100000      64536\n", false)]
    public void A_namespace_without_a_number_for_everybody_is_known(string map, bool all) => UserNamespace.MapsEverybody(map).ShouldBe(all);

    private string? Fault(string path) => TrustedPath.FindFault(At(path), User);

    private string At(string path) => Path.Combine(_root, path);

    private void Make(string path, uint owner, UnixFileMode mode)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs files of several users");
        Directory.CreateDirectory(At(path));
        File.SetUnixFileMode(At(path), mode);
        Give(path, owner);
    }

    private void Link(string path, string target, uint owner)
    {
        File.CreateSymbolicLink(At(path), target);
        Give(path, owner);
    }

    private void Give(string path, uint owner)
    {
        using Process chown = Process.Start("chown", ["-h", $"{owner}", At(path)]);
        chown.WaitForExit();
        chown.ExitCode.ShouldBe(0);
    }
}
