using System.CommandLine;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado owner</c>: whether somebody works at this machine.</summary>
public static class OwnerCommand
{
    private static readonly Argument<OwnerWord> Word = new("WORD") { Description = "present, absent, or auto: by the last key on a terminal" };

    public static Command Create()
    {
        Word.AcceptOnlyFromAmong("present", "absent", "auto");
        Command command = new("owner", "Say whether somebody works at this machine, for the policy 'idle'") { Word };
        command.SetAction(async (parsed, cancel) =>
        {
            using YadoClient daemon = await LocalDaemon.ConnectAsync(cancel);
            HostInfo host = await daemon.SetOwnerAsync(parsed.GetValue(Word), cancel);
            Console.WriteLine($"the owner of {host.Name} is {parsed.GetValue(Word).ToString().ToLowerInvariant()}");
        });
        HelpWithExamples.SetText(command,
            """
            It is found out by the last key on a terminal in 5 minutes. A desktop tells it better: call this from its screen
            saver's hooks.

            Examples:
              yado owner present      jobs leave this machine under the policy 'idle'
              yado owner absent       … and may come back
              yado owner auto
            """);
        return command;
    }
}
