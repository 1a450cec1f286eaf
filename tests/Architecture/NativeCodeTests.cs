using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Architecture;

/// <summary>Unsafe and native code is in one room only, so that one room is all there is to audit.</summary>
public sealed partial class NativeCodeTests
{
    private const string NativeRoom = "src/Yadokari.Linux/";

    [Fact]
    public void Only_the_room_of_the_kernel_may_be_unsafe()
    {
        IEnumerable<string> rooms = Repository.Files("src", "*.csproj")
            .Where(p => XDocument.Load(p).Descendants("AllowUnsafeBlocks").Any(e => e.Value == "true"))
            .Select(p => Repository.Name(p));

        rooms.ShouldBe(["src/Yadokari.Linux/Yadokari.Linux.csproj"]);
    }

    [Fact]
    public void Nobody_else_calls_native_code()
    {
        Offenders(NativeCall()).ShouldBeEmpty("put the call into Yadokari.Linux and give it a safe face");
    }

    [Fact]
    public void Nobody_else_is_unsafe()
    {
        Offenders(UnsafeWord()).ShouldBeEmpty("put it into Yadokari.Linux and give it a safe face");
    }

    [Theory]
    [InlineData("    [LibraryImport(\"libc\")]", true)]
    [InlineData("    [DllImport(\"libc\")]", true)]
    [InlineData("NativeLibrary.Load(\"libc\")", true)]
    [InlineData("// [LibraryImport] is for Yadokari.Linux only", false)]
    public void The_search_finds_native_calls_but_not_talk_about_them(string line, bool found)
    {
        NativeCall().IsMatch(WithoutComment(line)).ShouldBe(found);
    }

    [GeneratedRegex(@"\[\s*(LibraryImport|DllImport)\b|\bNativeLibrary\s*\.|\bdelegate\s*\*")]
    private static partial Regex NativeCall();

    [GeneratedRegex(@"\bunsafe\b|\bstackalloc\b.*\*|\bUnsafe\.As\w*<")]
    private static partial Regex UnsafeWord();

    private static IEnumerable<string> Offenders(Regex wanted) =>
        from file in Repository.Files("src", "*.cs")
        let name = Repository.Name(file)
        where !name.StartsWith(NativeRoom, StringComparison.Ordinal)
        from line in File.ReadLines(file).Select((text, index) => (Text: WithoutComment(text), Number: index + 1))
        where wanted.IsMatch(line.Text)
        select $"{name}:{line.Number}: {line.Text.Trim()}";

    private static string WithoutComment(string line)
    {
        int comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 ? line : line[..comment];
    }
}
