using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Yadokari.Engine.Context;

namespace Yadokari.Cli.Commands;

/// <summary><c>yado inspect</c>: what is inside a context file.</summary>
public static class InspectCommand
{
    private static readonly Argument<string> ContextPath = new("FILE") { Description = "The context file" };

    private static readonly Option<bool> Plan = new("--plan") { Description = "Print the restore plan, one system call a line" };

    private static readonly Option<bool> Json = CommonOptions.Json();

    public static Command Create()
    {
        Command command = new("inspect", "Show what is inside a context file") { ContextPath, Plan, Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Plan) && result.GetValue(Json))
            {
                result.AddError("give --plan or --json, not both");
            }
        });
        command.SetAction(Run);
        HelpWithExamples.SetText(command,
            """
            Checks the whole file, every page of memory too, and runs nothing.

            Examples:
              yado inspect job.ctx
              yado inspect job.ctx --plan            reads like strace
              yado inspect job.ctx --json
            """);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(ContextPath);
        ContextFile context = ContextFile.Open(path);
        context.VerifyPages();
        if (parsed.GetValue(Plan))
        {
            foreach (string line in context.PrintPlan())
            {
                Console.WriteLine(line);
            }
        }
        else if (parsed.GetValue(Json))
        {
            Output.Json(JsonSerializer.Serialize(context.Summary, CliJson.Default.ContextSummary));
        }
        else
        {
            Describe(context.Summary);
        }

        // Last, so that it is what stays on the screen; for --plan it came before.
        context.RequireOwnPlan();
    }

    private static void Describe(ContextSummary s)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        Output.WriteFacts(
        [
            ("process", $"{s.Name}, pid {s.Pid}, {s.Threads.Count} {(s.Threads.Count == 1 ? "thread" : "threads")}"),
            ("command", string.Join(' ', s.CommandLine)),
            ("executable", s.Executable),
            ("directory", s.WorkingDirectory),
            ("user", $"{s.Uid}, group {s.Gid}"),
            ("captured", $"{s.CapturedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", invariant)} on {s.HostName}, kernel {s.KernelRelease}"),
            ("file", $"{Output.Size(s.FileLength)}, {Output.Size(s.MemoryBytes)} of it memory; format {s.FormatVersion}; {(s.PlanOperations is { } count ? $"{count} operations to resume" : "another plan than is told here")}"),
            ("cpu", s.CpuFeatures.Count == 0 ? "any x86-64" : string.Join(' ', s.CpuFeatures)),
        ]);
        Console.WriteLine();
        if (s.Relatives.Count > 0)
        {
            // All else is told of the main process.
            Output.WriteTable(["PROCESS", "PARENT", "NAME", "THREADS", "STORED"], s.Relatives.Select(r => (IReadOnlyList<string>)
                [r.Pid.ToString(invariant), r.Parent.ToString(invariant), r.Name, r.Ended ? "ended" : r.Threads.ToString(invariant), Output.Size(r.MemoryBytes)]));
            Console.WriteLine();
        }

        Output.WriteTable(["THREAD", "NAME"], s.Threads.Select(t => (IReadOnlyList<string>)[t.Tid.ToString(invariant), t.Name]));
        Console.WriteLine();
        Output.WriteTable(["DESCRIPTOR", "KIND", "WHAT"],
            s.Descriptors.Select(d => (IReadOnlyList<string>)[d.Number.ToString(invariant), d.Kind, d.Detail]));
        Console.WriteLine();
        Output.WriteTable(["START", "END", "PROT", "KIND", "STORED", "NAME"],
            s.Mappings.Select(m => (IReadOnlyList<string>)[m.Start, m.End, m.Protection, m.Kind, Output.Size(m.StoredBytes), m.Name]));
    }
}
