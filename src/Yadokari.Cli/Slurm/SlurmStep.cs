namespace Yadokari.Cli.Slurm;

/// <summary>One call of <c>yado slurm run</c> in a batch script, over all runs of the job.</summary>
internal sealed record SlurmStep
{
    /// <summary>The program's name as the script gives it.</summary>
    public required string Program { get; init; }

    /// <summary>Its exit status as a shell has it; null: it has not ended.</summary>
    public int? Status { get; init; }

    /// <summary>Name of the context file that it goes on from, in the job's directory; null: it begins anew.</summary>
    public string? Context { get; init; }

    /// <summary>SHA-256 of the file's first page, hexadecimal: its checksums are there, so no other file has it.</summary>
    public string? Fingerprint { get; init; }

    public IReadOnlyList<KeptStream> Streams { get; init; } = [];

    /// <summary>All files that it has in the job's directory.</summary>
    internal IEnumerable<string> Files => [.. Context is null ? (string[])[] : [Context], .. Streams.Select(s => s.Copy).OfType<string>()];
}
