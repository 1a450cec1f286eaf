using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Yadokari.Cli.Demo;
using Yadokari.Cli.Lab;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado demo</c>: the whole story in under a minute.</summary>
public static class DemoCommand
{
    private static readonly Option<bool> Json = CommonOptions.Json();

    // The demo's .NET program is this one itself.
    private static readonly Option<bool> Work = new("--work") { Hidden = true };

    public static Command Create()
    {
        Command command = new("demo", "See real programs move between two virtual hosts while they run") { Json, Work };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(Work))
            {
                DemoWork.Run();
                return ExitStatus.Done;
            }

            using Interruption interruption = new();
            return await RunAsync(parsed.GetValue(Json), interruption.Token);
        });
        HelpWithExamples.SetText(command,
            """
            Starts programs that nobody here wrote on one host, moves each to another host in the middle of its work, and
            compares every byte of its output with that of a run that was not moved. Leaves nothing behind.
            """);
        return command;
    }

    private static async Task<int> RunAsync(bool json, CancellationToken cancel)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string yado = LabCommand.OwnProgram();
        DemoChoice choice = DemoChoice.ForThisMachine(yado);
        // With --json the table is the only thing on standard output.
        TextWriter talk = json ? Console.Error : Console.Out;
        if (choice.Missing.Count > 0)
        {
            talk.WriteLine($"Not on this machine: {string.Join(", ", choice.Missing)}; others take their place where there are any.");
        }

        using DemoStage stage = await DemoStage.SetUpAsync(yado, cancel);
        foreach (LabHostStatus host in stage.Hosts)
        {
            talk.WriteLine($"{host.Name} is up: {host.Address}, uptime {Output.Duration(TimeSpan.FromSeconds(host.UptimeSeconds ?? 0))}");
        }

        DemoInputs.Make(stage.Inputs, cancel);
        Task<Dictionary<DemoProgram, int>> unmoved = RunAllUnmovedAsync(stage, choice.Programs, cancel);
        List<DemoResult> results = [];
        try
        {
            List<(DemoProgram Program, MoveReport? Report, string? Failure)> moved = [];
            foreach (DemoProgram program in choice.Programs)
            {
                moved.Add(await MoveOneAsync(stage, program, talk, cancel));
            }

            Dictionary<DemoProgram, int> statuses = await unmoved;
            foreach ((DemoProgram program, MoveReport? report, string? failure) in moved)
            {
                string? reason = report is null ? failure : await stage.CompareAsync(program, report.Job, statuses[program], cancel);
                results.Add(new(
                    program.Name, program.Work, report?.MemoryBytes ?? 0, report?.DowntimeMilliseconds ?? 0, report?.TotalMilliseconds ?? 0,
                    reason is null, reason));
            }
        }
        finally
        {
            // Its programs write into the stage's directory, which goes now.
            await ((Task)unmoved).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Show(results, json, clock.Elapsed);
        return results.TrueForAll(r => r.Identical) ? ExitStatus.Done : ExitStatus.Failed;
    }

    private static async Task<(DemoProgram Program, MoveReport? Report, string? Failure)> MoveOneAsync(
        DemoStage stage, DemoProgram program, TextWriter talk, CancellationToken cancel)
    {
        try
        {
            MoveReport report = await MoveDisplay.RunAsync($"{program.Name} → h2", show => stage.StartAndMoveAsync(program, show, cancel));
            talk.WriteLine($"{program.Name} ({program.Work}) moved from h1 to h2 while it ran: {Output.Size(report.Bytes)}, "
                + $"downtime {Output.Duration(TimeSpan.FromMilliseconds(report.DowntimeMilliseconds))}");
            return (program, report, null);
        }
        catch (YadoException failure)
        {
            string obstacles = string.Concat(failure.Obstacles.Select(o => $"; {o.Name}: {o.Detail}"));
            talk.WriteLine($"{program.Name} ({program.Work}) was not moved: {failure.Message}{obstacles}");
            return (program, null, failure.Message);
        }
    }

    private static async Task<Dictionary<DemoProgram, int>> RunAllUnmovedAsync(
        DemoStage stage, IReadOnlyList<DemoProgram> programs, CancellationToken cancel)
    {
        Dictionary<DemoProgram, int> statuses = [];
        foreach (DemoProgram program in programs)
        {
            statuses[program] = await stage.RunUnmovedAsync(program, cancel);
        }

        return statuses;
    }

    private static void Show(IReadOnlyList<DemoResult> results, bool json, TimeSpan elapsed)
    {
        if (json)
        {
            Output.Json(JsonSerializer.Serialize(results, CliJson.Default.IReadOnlyListDemoResult));
            return;
        }

        Console.WriteLine();
        Output.WriteTable(["PROGRAM", "WORK", "MEMORY", "DOWNTIME", "IDENTICAL"], results.Select(r => (IReadOnlyList<string>)
        [
            r.Program,
            r.Work,
            r.MemoryBytes > 0 ? Output.Size(r.MemoryBytes) : "-",
            r.MemoryBytes > 0 ? Output.Duration(TimeSpan.FromMilliseconds(r.DowntimeMilliseconds)) : "-",
            r.Identical ? "yes" : $"no: {r.Reason}",
        ]));
        int same = results.Count(r => r.Identical);
        Console.WriteLine();
        Console.WriteLine($"{same} of {results.Count} programs ended on the other host exactly as if they had never moved; {Output.Duration(elapsed)} in all.");
    }
}
