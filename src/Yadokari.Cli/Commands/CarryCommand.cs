using System.CommandLine;
using Yadokari.Carry;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado carry</c>: the preprocessor for RPC servers in C that move (src/mrpc).</summary>
public static class CarryCommand
{
    private static readonly Argument<string> Header = new("HEADER") { Description = "Declares the variables that move with the server" };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "The C file that is made",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string?> Source = new("--source")
    {
        Description = "The source whose variables they are, also its static ones: the made file includes it, and is compiled in its place",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        Command command = new("carry", "Write the C code that saves and restores the variables of an RPC server") { Header, Output, Source };
        command.SetAction(Run);
        HelpWithExamples.SetText(command,
            """
            The header has declarations of C and marks of mrpc.h, which say what pointers point to. What is wrong in it is told as
            HEADER:LINE: error: …, by this command or by the compiler of the made file.

            Examples:
              yado carry dict_carry.h --source dict.c -o dict.carried.c && cc -c dict.carried.c -o dict.o        (docs/rpc-c.md)
            """);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string header = parsed.GetRequiredValue(Header);
        string output = parsed.GetRequiredValue(Output);
        string? source = parsed.GetValue(Source);
        if (new[] { header, source }.FirstOrDefault(f => f is not null && !File.Exists(f)) is { } missing)
        {
            throw new CommandFailure(ExitStatus.NotFound, $"cannot read '{missing}': there is no such file");
        }

        string made;
        try
        {
            made = CarryGenerator.Generate(File.ReadAllText(header), SeenFrom(output, header), source is null ? null : SeenFrom(output, source), name => Beside(output, header, name));
        }
        catch (HeaderException failure)
        {
            foreach (Finding finding in failure.Findings)
            {
                Console.Error.WriteLine($"{header}:{finding.Line}: error: {finding.Message}");
            }

            return ExitStatus.Failed;
        }

        File.WriteAllText(output, made);
        return ExitStatus.Done;
    }

    /// <summary>A file as an include of the made file names it: as it was given when both are in one directory.</summary>
    private static string SeenFrom(string output, string file) =>
        Path.GetDirectoryName(Path.GetFullPath(output)) == Path.GetDirectoryName(Path.GetFullPath(file)) ? Path.GetFileName(file) : Path.GetFullPath(file);

    private static string Beside(string output, string header, string name)
    {
        string file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(header))!, name);
        return File.Exists(file) ? SeenFrom(output, file) : name;
    }
}
