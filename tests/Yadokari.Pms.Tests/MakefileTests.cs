using Shouldly;

namespace Yadokari.Pms.Tests;

/// <summary>The C library, in the hands of somebody who has only its folder.</summary>
public sealed class MakefileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("yado-libpms-").FullName;

    [Fact]
    public async Task It_is_built_on_its_own_and_says_the_prefix_it_was_installed_with()
    {
        string sources = Path.Combine(_root, "somewhere", "else", "pms");
        await ShAsync($"mkdir -p {Path.GetDirectoryName(sources)} && cp -r {Path.Combine(Checkout.Root, "src/pms")} {sources}");
        await ShAsync($"make -s -C {sources}");

        // Built for one prefix, installed with two others.
        foreach (string prefix in (string[])[Path.Combine(_root, "one"), Path.Combine(_root, "two")])
        {
            await ShAsync($"make -s -C {sources} install PREFIX={prefix}");
            string told = await File.ReadAllTextAsync(Path.Combine(prefix, "lib/pkgconfig/pms.pc"));
            told.ShouldStartWith($"prefix={prefix}\n");
            File.Exists(Path.Combine(prefix, "lib/libpms.so")).ShouldBeTrue();
        }
        Directory.EnumerateFileSystemEntries(_root).Select(Path.GetFileName).Order().ToArray().ShouldBe(new string?[] { "one", "somewhere", "two" }, customMessage: "nothing is written beside the folder");
        Directory.EnumerateFileSystemEntries(Path.Combine(_root, "somewhere", "else")).ShouldHaveSingleItem();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private async Task ShAsync(string script)
    {
        Ending ending = await Checkout.RunAsync(_root, "sh", "-c", script);
        ending.Status.ShouldBe(0, $"{script}: {ending.Errors}");
    }
}
