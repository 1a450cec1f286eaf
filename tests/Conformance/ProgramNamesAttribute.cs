using System.Reflection;
using Xunit.Sdk;

namespace Yadokari.Conformance;

/// <summary>One row per program of the suite: its name, which is a sentence.</summary>
/// <param name="folder">Under <c>programs</c>; empty: the suite itself.</param>
/// <param name="word">Only programs with this word in their <c>// law:</c> line; "polls": those that can be moved often.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramNamesAttribute(string folder = "", string word = "") : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        LawProgram.All(folder)
            .Where(program => word.Length == 0 || (word == "polls" ? program.Polls : program.Words.Contains(word)))
            .Select(program => new object[] { program.Name });
}
