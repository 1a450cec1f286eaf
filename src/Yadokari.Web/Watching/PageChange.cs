namespace Yadokari.Web.Watching;

/// <summary>What is told to the pages: first everything, then what is different.</summary>
public sealed record PageChange
{
    /// <summary>Everything: what the page knew before is forgotten.</summary>
    public bool Whole { get; init; }

    /// <summary>Unix time, milliseconds.</summary>
    public required long At { get; init; }

    /// <summary>Of the user whose daemon it is.</summary>
    public string? HomeDirectory { get; init; }

    /// <summary>All of them, each time.</summary>
    public IReadOnlyList<PageHost>? Hosts { get; init; }

    /// <summary>New ones and changed ones.</summary>
    public IReadOnlyList<PageJob> Jobs { get; init; } = [];

    /// <summary>Ids of jobs that are not listed any more.</summary>
    public IReadOnlyList<string> Gone { get; init; } = [];

    /// <summary>New ones.</summary>
    public IReadOnlyList<PageMove> Moves { get; init; } = [];

    public PagePolicy? Policy { get; init; }

    /// <summary>Why nothing new is known; null: all is well.</summary>
    public string? Trouble { get; init; }
}
