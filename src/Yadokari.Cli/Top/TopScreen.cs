using System.Collections.Immutable;
using Yadokari.Cli.Figures;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Top;

/// <summary>All that decides what is on the screen. Keys and news make another one of it.</summary>
public sealed record TopScreen
{
    /// <summary>The last one; null before the first.</summary>
    public ClusterPicture? Picture { get; init; }

    /// <summary>Id of the selected job.</summary>
    public string? Chosen { get; init; }

    public string Filter { get; init; } = "";

    /// <summary>Keys go into the filter.</summary>
    public bool Filtering { get; init; }

    public TopPanel? Panel { get; init; }

    /// <summary>What was done last, or why not; one line.</summary>
    public string Note { get; init; } = "";

    /// <summary>The note is of something that went wrong.</summary>
    public bool IsTrouble { get; init; }

    /// <summary>Why there is no newer picture; null: there is.</summary>
    public string? Silence { get; init; }

    /// <summary>The last one last.</summary>
    public ImmutableList<TopMove> Moves { get; init; } = [];

    /// <summary>Moves and drains that have not ended.</summary>
    public int UnderWay { get; init; }

    /// <summary>Somebody wanted to leave while something was under way.</summary>
    public bool Leaving { get; init; }

    /// <summary>The jobs that are listed, in their order: those on their way first.</summary>
    public IReadOnlyList<JobInfo> Jobs => Picture is null ? []
        : [.. Picture.Jobs.Where(Passes).OrderBy(j => j.State == JobState.Moving ? 0 : 1)];

    /// <summary>The selected job, if it is listed.</summary>
    public JobInfo? Job => Jobs.FirstOrDefault(j => j.Id == Chosen);

    public TopScreen Seen(ClusterPicture picture)
    {
        TopScreen next = this with { Picture = picture, Silence = null };
        // Somebody who presses m at once means the first one.
        return next.Job is null && next.Panel is null ? next with { Chosen = next.Jobs.FirstOrDefault()?.Id } : next;
    }

    public TopScreen Told(string note, bool trouble = false) => this with { Note = note, IsTrouble = trouble };

    /// <summary>A panel's text has come; null when it is not shown any more.</summary>
    public TopScreen Filled(TopPanel panel) => Panel?.Shows is { } shown && shown == panel.Shows
        ? this with { Panel = panel with { Chosen = Math.Min(Panel.Chosen, Math.Max(0, panel.Choices.Count - 1)), Top = Panel.Top, AtEnd = Panel.AtEnd } }
        : this;

    private bool Passes(JobInfo job)
    {
        string all = $"{job.Name} {job.Host} {job.State} {string.Join(' ', job.Arguments)}";
        return Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => all.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
