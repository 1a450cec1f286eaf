using System.Net;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Trust;

public sealed class AuthorityBookTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TestCluster _cluster = new();
    private readonly AuthorityBook _book;

    public AuthorityBookTests() => _book = AuthorityBook.Open(TrustFiles.Of(_cluster.Authority));

    [Fact]
    public void A_token_works_once()
    {
        JoinToken token = Token();

        _book.HasOpenTokens(Now).ShouldBeTrue();
        _book.CheckToken(token.Secret, Now).ShouldBeNull();
        _book.UseToken(token.Secret, Now);

        _book.HasOpenTokens(Now).ShouldBeFalse();
        Refused(() => _book.CheckToken(token.Secret, Now)).ShouldContain("used already");
        Refused(() => _book.UseToken(token.Secret, Now)).ShouldContain("used already");
    }

    [Fact]
    public void Of_many_who_use_one_token_at_once_one_gets_in()
    {
        JoinToken token = Token();
        int admitted = 0;

        Parallel.For(0, 8, _ =>
        {
            using AuthorityBook own = AuthorityBook.Open(TrustFiles.Of(_cluster.Authority));
            try
            {
                own.UseToken(token.Secret, Now);
                Interlocked.Increment(ref admitted);
            }
            catch (YadoException failure)
            {
                failure.ExitStatus.ShouldBe(5);
            }
        });

        admitted.ShouldBe(1);
    }

    [Fact]
    public void An_expired_or_invented_token_is_refused()
    {
        JoinToken token = Token();

        Refused(() => _book.CheckToken(token.Secret, Now.AddHours(2))).ShouldContain("expired");
        Refused(() => _book.CheckToken(JoinToken.Draw(token.Fingerprint).Secret, Now)).ShouldContain("not one of this cluster");
        _book.HasOpenTokens(Now.AddHours(2)).ShouldBeFalse();
    }

    [Fact]
    public void Nobody_joins_under_the_name_or_address_of_another_host_unless_the_token_says_so()
    {
        IPAddress address = IPAddress.Parse("10.0.0.2");
        _cluster.Host("b", addresses: address);

        Refused(() => _book.CheckFree("b", [IPAddress.Parse("10.0.0.3")], null, Now)).ShouldContain("--replace b");
        Refused(() => _book.CheckFree("c", [address], null, Now)).ShouldContain("10.0.0.2");
        _book.CheckFree("c", [IPAddress.Loopback, IPAddress.Parse("10.0.0.3")], null, Now);
        _book.CheckFree("b", [address], "b", Now);
        _book.CheckFree("b", [address], null, Now.AddDays(91));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc.def")]
    [InlineData("dYrpVYOivc9pJsj-RbZpLpBdnIvxGkkM7euzTrw_uew")]
    [InlineData("dYrpVYOivc9pJsj-RbZpLpBdnIvxGkkM7euzTrw_uew.AGSB7ztU04HlNDPjpGzpLg.x")]
    [InlineData("§.§")]
    public void What_is_no_token_is_refused(string text) => Should.Throw<YadoException>(() => JoinToken.Parse(text)).ExitStatus.ShouldBe(2);

    [Fact]
    public void A_token_reads_back_as_it_was_written()
    {
        JoinToken token = Token();

        JoinToken.Parse($" {token}\n").ShouldBe(token);
    }

    public void Dispose()
    {
        _book.Dispose();
        _cluster.Dispose();
    }

    private JoinToken Token() => ClusterTrust.MakeToken(_cluster.Authority, null, Now.AddHours(1));

    private static string Refused(Action act)
    {
        YadoException failure = Should.Throw<YadoException>(act);
        failure.ExitStatus.ShouldBe(5);
        return failure.Message;
    }
}
