namespace Yadokari.Cli.Slurm;

/// <summary>One of the streams 0–2 of a saved program that is a regular file.</summary>
/// <param name="Number">0, 1 or 2.</param>
/// <param name="Path">Where the file was.</param>
/// <param name="Length">How far it was read (0), or how long it was (1 and 2), bytes.</param>
/// <param name="Copy">Name of the file, beside the context file, that holds what was written; null for what is read, and where it could not be kept.</param>
internal sealed record KeptStream(int Number, string Path, long Length, string? Copy);
