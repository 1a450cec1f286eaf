using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>How a lab ends.</summary>
public sealed class LabEndTests
{
    [Fact]
    public void Down_leaves_nothing_behind()
    {
        string directory;
        using (TwoHosts hosts = new())
        {
            directory = hosts.LabDirectory;
            hosts.Start("h1", "left", "sleep", "1000");
            hosts.On("h2", "sh", "-c", "setsid sleep 1000 </dev/null >/dev/null 2>&1 &").Succeeds();
            ProcessesOf(directory).ShouldNotBeEmpty();
        }

        Directory.Exists(directory).ShouldBeFalse();
        ProcessesOf(directory).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries("/sys/class/net").Select(Path.GetFileName).ShouldNotContain("lab0");
        File.ReadAllText("/proc/self/mountinfo").ShouldNotContain(directory);
    }

    [Fact]
    public void Without_a_lab_its_commands_say_so()
    {
        Dictionary<string, string> elsewhere = new() { ["YADO_LAB_DIR"] = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()) };

        foreach (string[] command in (string[][])[["ls"], ["down"], ["cut", "h1"], ["exec", "h1", "true"]])
        {
            Yado.Run(elsewhere, ["lab", .. command]).Refuses(4, "no lab is up", "yado lab up 2");
        }
    }

    [Fact]
    public void A_directory_that_is_something_else_is_left_alone()
    {
        string directory = Directory.CreateTempSubdirectory("yado-lab-test-").FullName;
        string file = Path.Combine(directory, "precious");
        File.WriteAllText(file, "data");
        try
        {
            Yado.Run(new Dictionary<string, string> { ["YADO_LAB_DIR"] = directory }, "lab", "up", "1").Refuses(1, "YADO_LAB_DIR");

            File.ReadAllText(file).ShouldBe("data");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Processes of this machine that have the lab's directory in their environment or command line.</summary>
    private static List<string> ProcessesOf(string directory)
    {
        List<string> found = [];
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(p => Path.GetFileName(p).All(char.IsAsciiDigit)))
        {
            foreach (string file in (string[])["cmdline", "environ"])
            {
                string text;
                try
                {
                    text = File.ReadAllText(Path.Combine(process, file));
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    // It ended meanwhile, or is another user's and so none of the lab's.
                    continue;
                }

                if (text.Contains(directory, StringComparison.Ordinal))
                {
                    found.Add($"{process}: {text.Replace('\0', ' ')}");
                }
            }
        }

        return found;
    }
}
