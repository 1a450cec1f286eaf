using System.Reflection;
using Xunit.Sdk;

namespace Yadokari.Conformance;

/// <summary>One row per program of the suite: its name, which is a sentence.</summary>
/// <param name="folder">Under <c>programs</c>; empty: the suite itself.</param>
/// <param name="word">Only programs with this word in their <c>// law:</c> line; "polls": those that can be moved often;
/// "near": those without the word "far";
/// "ordinary": those that need not be root; "as root": those that root is refused as well; "passed on": those whose end unshare(1), which stands for a host, passes on; "brought back":
/// those whose killed self stands in the way of none, as a port of a TCP connection does for a minute ("lingers").</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramNamesAttribute(string folder = "", string word = "") : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        LawProgram.All(folder)
            .Where(Fits)
            .Select(program => new object[] { program.Name });

    private bool Fits(LawProgram program) => word switch
    {
        "" => true,
        "polls" => program.Polls,
        "near" => !program.Words.Contains("far"),
        "ordinary" => !program.NeedsRoot,
        "as root" => !program.Words.Contains("user"),
        "brought back" => program.Words.Contains("far") && !program.Words.Contains("lingers"),
        "passed on" => !program.Words.Contains("stopped") && !program.Expected.Killed,
        _ => program.Words.Contains(word),
    };
}
