using Shouldly;

namespace Yadokari.Pms.Tests;

/// <summary>The C library and a program that uses it, built from the checkout.</summary>
public sealed class CProgram : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-pms-c-").FullName;

    public string Path => System.IO.Path.Combine(_directory, "gone");

    public async Task InitializeAsync()
    {
        await MakeAsync("make", "-s", "-C", System.IO.Path.Combine(Checkout.Root, "src/pms"), $"OUT={_directory}", $"{_directory}/libpms.a", $"{_directory}/pms.h");
        await MakeAsync("gcc", "-O1", "-Wall", "-Wextra", "-Werror", $"-I{_directory}",
            System.IO.Path.Combine(Checkout.Root, "tests/Yadokari.Pms.Tests/programs/gone.c"), "-o", Path, $"{_directory}/libpms.a", "-pthread");
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    private async Task MakeAsync(params string[] command) => (await Checkout.RunAsync(_directory, command)).Status.ShouldBe(0);
}
