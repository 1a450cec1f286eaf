namespace Yadokari.Rpc.Server.Replies;

/// <summary>What is to be done with a numbered call.</summary>
internal abstract record Admission
{
    private Admission()
    {
    }

    /// <summary>It is new: run it, then <see cref="ReplyTable.Complete"/>.</summary>
    public sealed record Run : Admission
    {
        public static Run Instance { get; } = new();
    }

    /// <summary>It has run: answer this.</summary>
    public sealed record Repeat(Reply Reply) : Admission;

    /// <summary>It runs: look again when this completes.</summary>
    public sealed record Wait(Task Ended) : Admission;

    /// <summary>It can't be told whether it has run, or its reply is gone. One line for the client.</summary>
    public sealed record Refuse(string Reason) : Admission;

    /// <summary>Too much is kept for clients that do not acknowledge: not run, try again.</summary>
    public sealed record Busy : Admission
    {
        public static Busy Instance { get; } = new();
    }
}
