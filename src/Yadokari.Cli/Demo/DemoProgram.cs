namespace Yadokari.Cli.Demo;

/// <summary>A real program with work that takes a few seconds and always comes to the same result.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Work">What it does, a few words.</param>
/// <param name="Executable">Full path.</param>
/// <param name="Script">For sh: becomes the program (exec) with its redirections; runs in a directory of its own.
/// <c>$1</c> is the executable, <c>$2</c> the directory with the inputs.</param>
/// <param name="Outputs">The files it makes there, which must be the same after a move.</param>
public sealed record DemoProgram(string Name, string Work, string Executable, string Script, IReadOnlyList<string> Outputs)
{
    /// <summary>A file that it makes, and the bytes that it has once the work is under way; null: the processor time of its process
    /// tells.</summary>
    public (string File, long Bytes)? Begun { get; init; }

    /// <summary>Its name as a job's or a directory's.</summary>
    public string Id => string.Concat(Name.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit));

    /// <summary>The whole command.</summary>
    /// <param name="inputs">Directory with the inputs.</param>
    public IReadOnlyList<string> Command(string inputs) => ["/bin/sh", "-c", Script, "sh", Executable, inputs];
}
