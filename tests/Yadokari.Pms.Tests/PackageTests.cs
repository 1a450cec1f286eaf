using System.Text.RegularExpressions;
using Shouldly;

namespace Yadokari.Pms.Tests;

/// <summary>The package, in the hands of somebody who has only it and its README.</summary>
public sealed partial class PackageTests(RealDaemon daemon) : IClassFixture<RealDaemon>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("yado-pms-package-").FullName;

    [Fact]
    public async Task A_new_program_that_follows_the_readme_saves_itself()
    {
        string feed = Path.Combine(_root, "feed"), program = Path.Combine(_root, "halfway");
        foreach (string project in (string[])["Yadokari.Protocol", "Yadokari.Pms"])
        {
            await DotnetAsync(_root, $"pack {Path.Combine(Checkout.Root, "src", project)} -c {Checkout.Configuration} --no-build -o {feed}");
        }
        // This feed and what is on this machine already, and a cache of its own: nothing else can be meant by the package's name.
        File.WriteAllText(Path.Combine(_root, "NuGet.config"), $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{feed}" /><add key="here" value="{PackagesOfThisMachine()}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root, "cache")}" /></config>
            </configuration>
            """);
        // As careful projects have it: what the package warns of is an error.
        File.WriteAllText(
            Path.Combine(_root, "Directory.Build.props"), "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>");
        await DotnetAsync(_root, "new console -o halfway --no-restore");
        string readme = File.ReadAllText(Path.Combine(Checkout.Root, "src/Yadokari.Pms/README.md"));
        File.WriteAllText(Path.Combine(program, "Program.cs"), Fenced().Match(readme).Groups[1].Value);
        await DotnetAsync(program, "add package Yadokari.Pms");
        await DotnetAsync(program, "build -c Release --no-restore");

        Ending alone = await Checkout.RunAsync(_root, "bash", "-c", $"cd {program} && bin/Release/net10.0/halfway");
        Ending saved = await Checkout.RunAsync(daemon.Home, "bash", "-c", $"cd {program} && bin/Release/net10.0/halfway");
        Ending resumed = await Checkout.RunAsync(daemon.Home, Path.Combine(program, "half-way.ctx"));

        alone.Lines.ShouldBe(["no daemon here", "not saved: errno 107"], alone.Errors);
        saved.Lines[..2].ShouldBe(["a job of this host", $"leaving {RealDaemon.Host}"], saved.Errors);
        saved.Lines.ShouldContain("Continued");
        resumed.Lines.ShouldContain("Resumed", resumed.Errors);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string PackagesOfThisMachine() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
        ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");

    private async Task DotnetAsync(string directory, string arguments)
    {
        // A server of the build left behind would hold the streams open.
        const string Quiet = "DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false";
        Ending ending = await Checkout.RunAsync(_root, "bash", "-c", $"cd {directory} && {Quiet} exec dotnet {arguments}");
        ending.Status.ShouldBe(0, $"dotnet {arguments}: {ending.Output}{ending.Errors}");
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fenced();
}
