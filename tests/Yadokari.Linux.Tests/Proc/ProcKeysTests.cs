using Shouldly;
using Xunit;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Tests.Proc;

public class ProcKeysTests
{
    private const string Text = """
        00b44043 I------     1 perm 1f030000     0     0 keyring   .dns_resolver: empty
        26277017 I--Q---     1 perm 1f3f0000     0 65534 keyring   _uid_ses.0: 1
        2bb7c3f3 I--Q---     1 10m  3f010000  1000  1000 keyring   _pid: 1
        3bb7c3f3 I--Q---     1 perm 3f010000  1001  1000 keyring   _tid: empty
        1b2a4d10 I--Q---     2 perm 3f010000  1002  1002 user      _pid: 6

        """;

    [Theory]
    [InlineData(0, false)]
    [InlineData(1000, true)]
    [InlineData(1001, true)]
    [InlineData(1002, false)] // a key that somebody has called so
    public void A_keyring_of_a_process_or_a_thread_is_known_by_its_name(uint uid, bool has) => ProcKeys.HasOwnKeyrings(Text, uid).ShouldBe(has);
}
