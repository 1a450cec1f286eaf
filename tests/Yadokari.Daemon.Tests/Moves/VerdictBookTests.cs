using Shouldly;
using Xunit;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Moves;

/// <summary>What a source remembers of its moves.</summary>
public sealed class VerdictBookTests
{
    private readonly VerdictBook _book = new();

    [Fact]
    public void A_verdict_is_kept_as_long_as_the_target_may_ask_for_it()
    {
        _book["open"] = MoveVerdict.Commit;
        for (int n = 0; n < 10 * VerdictBook.Kept; n++)
        {
            _book[$"m{n}"] = MoveVerdict.Pending;
            _book.Settle($"m{n}");
        }

        _book["open"].ShouldBe(MoveVerdict.Commit);
        _book[$"m{(10 * VerdictBook.Kept) - 1}"].ShouldBe(MoveVerdict.Commit);
        _book.Count.ShouldBe(VerdictBook.Kept + 1);
    }

    [Fact]
    public void What_was_given_up_takes_no_memory()
    {
        _book["m"] = MoveVerdict.Pending;
        _book["m"] = MoveVerdict.Abort;

        _book["m"].ShouldBe(MoveVerdict.Abort);
        _book.Count.ShouldBe(0);
    }
}
