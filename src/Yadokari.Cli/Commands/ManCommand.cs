using System.CommandLine;
using Yadokari.Cli.Manual;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado man</c>: writes the manual pages of all commands. Not for people, but for whoever installs yado.</summary>
public static class ManCommand
{
    private static readonly Option<string> Directory = new("--output", "-o")
    {
        Description = "Where the pages go: into DIRECTORY/man1",
        HelpName = "DIRECTORY",
        Required = true,
    };

    public static Command Create()
    {
        Command command = new("man", "Write the manual pages of all commands") { Directory };
        command.Hidden = true;
        command.SetAction(Run);
        HelpWithExamples.SetText(command,
            """
            Examples:
              yado man --output /usr/local/share/man && man yado-move
            """);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        string section = Path.Combine(parsed.GetRequiredValue(Directory), "man1");
        System.IO.Directory.CreateDirectory(section);
        string version = typeof(ManCommand).Assembly.GetName().Version!.ToString(3);
        foreach ((string name, string page) in CommandPages.All(CommandLine.Build(), version))
        {
            File.WriteAllText(Path.Combine(section, name + ".1"), page);
        }
    }
}
