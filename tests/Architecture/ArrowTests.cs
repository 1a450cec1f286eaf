using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Architecture;

/// <summary>Who may know whom. Arrows point down only.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Yadokari.Linux"] = [],
        ["Yadokari.Engine"] = ["Yadokari.Linux"],
        ["Yadokari.Scheduling"] = [],
        ["Yadokari.Protocol"] = [],
        // What the daemon may know it may know through Engine as well: Linux is below it.
        ["Yadokari.Daemon"] = ["Yadokari.Engine", "Yadokari.Scheduling", "Yadokari.Protocol", "Yadokari.Linux"],
        ["Yadokari.Rpc"] = ["Yadokari.Protocol"],
        ["Yadokari.Rpc.Generator"] = [],
        ["Yadokari.Pms"] = ["Yadokari.Protocol"],
        ["Yadokari.Carry"] = [],
        ["Yadokari.Web"] = ["Yadokari.Protocol"],
        ["Yadokari.Cli"] =
        [
            "Yadokari.Linux", "Yadokari.Engine", "Yadokari.Scheduling", "Yadokari.Protocol", "Yadokari.Daemon",
            "Yadokari.Rpc", "Yadokari.Rpc.Generator", "Yadokari.Pms", "Yadokari.Carry", "Yadokari.Web",
        ],
    };

    public static TheoryData<string> Projects => [.. Repository.Files("src", "*.csproj").Select(Repository.Name)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_room_knows_only_the_rooms_below_it(string project)
    {
        string room = Path.GetFileNameWithoutExtension(project);
        Allowed.ShouldContainKey(room, "a new room needs its arrows here and in docs/architecture.md");

        References(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)).Except(Allowed[room])
            .ShouldBeEmpty($"{room} must not know these rooms");
    }

    [Fact]
    public void Every_room_is_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "Yadokari.slnx"));

        Repository.Files("src", "*.csproj").Concat(Repository.Files("tests", "*.csproj")).Select(Repository.Name)
            .Where(project => !solution.Contains(project, StringComparison.Ordinal) && !IsTestedProgram(project))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Packages_have_their_versions_in_one_place()
    {
        foreach (string project in Repository.Files("src", "*.csproj").Concat(Repository.Files("tests", "*.csproj")))
        {
            XDocument.Load(project).Descendants("PackageReference")
                .Where(r => r.Attribute("Version") is not null || r.Attribute("VersionOverride") is not null)
                .ShouldBeEmpty($"{Repository.Name(project)} pins a version of its own; Directory.Packages.props has them all");
        }
    }

    // Programs that tests build and move are not part of the product.
    private static bool IsTestedProgram(string project) => project.Split('/').Length > 3;

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, project)).Descendants(kind)
            // What is only built before (a generator that travels in a package) is not known.
            .Where(static r => r.Attribute("ReferenceOutputAssembly")?.Value != "false")
            .Select(r => r.Attribute("Include")!.Value.Replace('\\', '/'));
}
