using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>A resume that fails in the middle says why in one line, ends with status 5 and leaves nothing behind: no process, no
/// thread, no file. The context file is as good as before.</summary>
public class HalfwayTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_is_not_there_when_memory_is_full_again(bool ordinary) => FailsHalfway(
        "a_renamed_file_is_found", ordinary, scene => File.Move(scene.File_("new name"), scene.File_("elsewhere")), "", "new name",
        scene => File.Move(scene.File_("elsewhere"), scene.File_("new name")));

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Too_little_address_space(bool ordinary) =>
        FailsHalfway("a_large_memory_is_carried_whole", ordinary, _ => { }, "ulimit -v 150000; ", "memory", _ => { });

    // Of a resource that has no other limit anywhere, and that the resume itself does not run into: it counts nothing of the user's other processes.
    [SkippableFact]
    public void A_limit_that_is_lower_here_when_memory_and_descriptors_are_there() =>
        FailsHalfway("a_hundred_and_twenty_eight_threads_are_carried", ordinary: true, _ => { }, "ulimit -t 1000000; ", "limit", _ => { });

    private static void FailsHalfway(
        string program, bool ordinary, Action<Scene> spoil, string limit, string word, Action<Scene> mend)
    {
        Skip.If(ordinary && !Environment.IsPrivilegedProcess, "the other tests run as an ordinary user already");
        using Scene scene = new("halfway", ordinary ? User.Ordinary : null);
        string copy = scene.Compiled(program);
        using Journey journey = Journey.Start(scene, [copy]);
        journey.Await("ready");
        journey.Save();
        spoil(scene);
        string[] before = Directory.GetFiles(scene.Directory);
        using (Launched resume = scene.Start("halfway", ["/bin/bash", "-c", $"{limit}exec {journey.ContextFile}"]))
        {
            Ending ending = resume.Wait(() => $"the resume to fail\n{scene.Transcript}");
            string said = File.ReadAllText(scene.Stream(scene.Started, "halfway", "err"));
            (ending, said).ShouldBeOneClearLine(5, "yadokari: ", word);
        }

        Until.Holds(() => Of(scene).Count == 0, () => $"nothing of it to run: {string.Join(", ", Of(scene))}");
        Directory.GetFiles(scene.Directory).Where(path => !Path.GetFileName(path).Contains("halfway", StringComparison.Ordinal)).Except(before).ShouldBeEmpty();
        mend(scene);
        journey.Resume();
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
    }

    /// <summary>Processes that have to do with the directory: by program, arguments or working directory.</summary>
    private static List<string> Of(Scene scene)
    {
        List<string> found = [];
        foreach (string path in Directory.EnumerateDirectories("/proc").Where(path => char.IsDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                string all = $"{File.ResolveLinkTarget(path + "/exe", false)} {File.ResolveLinkTarget(path + "/cwd", false)} {File.ReadAllText(path + "/cmdline")}";
                if (all.Contains(scene.Directory + "/", StringComparison.Ordinal))
                {
                    found.Add($"{Path.GetFileName(path)}: {all}");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked, or is a thread of the kernel's.
            }
        }

        return found;
    }
}
