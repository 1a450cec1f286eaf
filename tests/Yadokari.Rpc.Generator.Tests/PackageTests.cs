using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.Rpc.Generator.Tests;

/// <summary>The packages, in the hands of somebody who has only them and their README.</summary>
public sealed partial class PackageTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly string _root = Directory.CreateTempSubdirectory("yadokari-package-").FullName;

    [Fact]
    public async Task A_new_server_that_follows_the_readme_works_and_a_member_that_can_t_be_carried_is_an_error()
    {
        string feed = Path.Combine(_root, "feed");
        foreach (string project in (string[])["Yadokari.Protocol", "Yadokari.Rpc"])
        {
            Dotnet(_root, $"pack {Path.Combine(Repository, "src", project)} -c {Configuration} --no-build -o {feed}").Exit.ShouldBe(0);
        }

        // Only this feed, and a cache of its own: nothing else can be meant by the package's name.
        File.WriteAllText(Path.Combine(_root, "NuGet.config"), $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{feed}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root, "cache")}" /></config>
            </configuration>
            """);
        // As careful projects have it: what the package warns of is an error.
        File.WriteAllText(
            Path.Combine(_root, "Directory.Build.props"), "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>");
        using (ZipArchive package = ZipFile.OpenRead(Directory.GetFiles(feed, "Yadokari.Rpc.*.nupkg").Single()))
        {
            string[] files = [.. package.Entries.Select(static e => e.FullName)];
            files.ShouldContain("analyzers/dotnet/cs/Yadokari.Rpc.Generator.dll");
            files.ShouldContain("README.md");
            using var docs = new StreamReader(package.GetEntry("lib/net10.0/Yadokari.Rpc.xml")!.Open());
            docs.ReadToEnd().ShouldContain("T:Yadokari.Rpc.State.CarriedAttribute");
        }

        string readme = File.ReadAllText(Path.Combine(Repository, "src", "Yadokari.Rpc", "README.md"));
        string[] code = [.. Fenced().Matches(readme).Where(static m => m.Groups[1].Value == "csharp").Select(static m => m.Groups[2].Value)];
        string counter = Path.Combine(_root, "counter");
        Dotnet(_root, "new web -o counter --no-restore").Exit.ShouldBe(0);
        Dotnet(counter, "add package Yadokari.Rpc").Exit.ShouldBe(0);
        File.WriteAllText(Path.Combine(counter, "Program.cs"), code[0]);
        // The client of the README, as a part of the same program: it must compile.
        string client = code[1].Replace("using Yadokari.Rpc.Client;", "", StringComparison.Ordinal);
        File.WriteAllText(
            Path.Combine(counter, "Client.cs"),
            $"using Yadokari.Rpc.Client;\ninternal static class Client {{ public static async Task<string> CountAsync() {{ {client} return count; }} }}");

        (int exit, string output) = Dotnet(counter, "build -c Release");
        exit.ShouldBe(0, output);
        (await CountTwice(counter)).ShouldBe("1 2");

        File.WriteAllText(
            Path.Combine(counter, "Program.cs"),
            code[0].Replace("[Carried] private long _count;", "[Carried] private long _count; [Carried] private Action? _later;", StringComparison.Ordinal));
        (exit, output) = Dotnet(counter, "build -c Release --no-restore");
        exit.ShouldNotBe(0);
        output.ShouldMatch(@"Program\.cs\(\d+,\d+\): error YDK002: '_later' can't be carried");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [GeneratedRegex(@"```(\w*)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fenced();

    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private static string Repository
    {
        get
        {
            DirectoryInfo? at = new(AppContext.BaseDirectory);
            while (at is not null && !File.Exists(Path.Combine(at.FullName, "Yadokari.slnx")))
            {
                at = at.Parent;
            }

            return at!.FullName;
        }
    }

    private async Task<string> CountTwice(string project)
    {
        using Process server = Start(project, Path.Combine(project, "bin", "Release", "net10.0", "counter.dll") + " --urls http://127.0.0.1:0");
        try
        {
            using var limit = new CancellationTokenSource(Limit);
            string? line;
            Match listening;
            do
            {
                line = await server.StandardOutput.ReadLineAsync(limit.Token);
                line.ShouldNotBeNull(await StandardErrorOf(server, line));
                listening = Listening().Match(line);
            }
            while (!listening.Success);

            using var http = new HttpClient { BaseAddress = new Uri(listening.Groups[1].Value), Timeout = Limit };
            List<string> counts = [];
            for (int i = 0; i < 2; i++)
            {
                using HttpResponseMessage answer = await http.PostAsync("/count", null);
                counts.Add(await answer.Content.ReadAsStringAsync());
            }

            return string.Join(' ', counts);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();

    private static async Task<string> StandardErrorOf(Process server, string? line) =>
        line is null ? await server.StandardError.ReadToEndAsync() : "";

    private (int Exit, string Output) Dotnet(string directory, string arguments)
    {
        using Process process = Start(directory, arguments);
        var output = new StringBuilder();
        process.OutputDataReceived += (_, e) => Append(output, e.Data);
        process.ErrorDataReceived += (_, e) => Append(output, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {arguments} took longer than {Limit}: {output}");
        }

        // Once more without a limit: until both streams are read to their end.
        process.WaitForExit();
        return (process.ExitCode, output.ToString());
    }

    private Process Start(string directory, string arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // A server of the build left behind would hold the streams open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        return Process.Start(start)!;
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}
