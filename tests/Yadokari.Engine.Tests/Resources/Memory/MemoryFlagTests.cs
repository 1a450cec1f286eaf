using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Tests.Resources.Memory;

/// <summary>No property of memory is lost without a word: each flag that a kernel can tell is carried, of no matter, or an obstacle.</summary>
public class MemoryFlagTests
{
    // Documentation/filesystems/proc.rst of kernel 6.18, without those of other processors (bt, mt), and what hides some of them;
    // gu: it may hold guard pages, which pagemap tells one by one.
    private const string OfNoMatter = "rd wr ex sh mr me ms sd gu";
    private const string CarriedNames = "mw gd lo sr rr dc ac nr lf wf dd hg nh mg dp";
    private const string Obstacles = "pf io de ht sf ar mm um uw ui ss sl";

    [Fact]
    public void Every_documented_flag_is_carried_of_no_matter_or_an_obstacle()
    {
        foreach (string name in OfNoMatter.Split(' '))
        {
            VmaFlagNames.Find(Encoding.ASCII.GetBytes(name)).ShouldBe(VmaFlags.None, name);
            ObstaclesOf(name).ShouldBeEmpty(name);
        }

        foreach (string name in CarriedNames.Split(' '))
        {
            VmaFlags flag = VmaFlagNames.Find(Encoding.ASCII.GetBytes(name)).ShouldNotBeNull(name);
            (MemoryFlagObstacle.Carried & flag).ShouldBe(flag, name);
            ObstaclesOf(name).ShouldBeEmpty(name);
        }

        foreach (string name in Obstacles.Split(' '))
        {
            ObstaclesOf(name).ShouldHaveSingleItem(name);
        }
    }

    [Fact]
    public void Every_flag_that_has_a_name_here_is_in_one_of_the_lists()
    {
        HashSet<string> listed = [.. $"{OfNoMatter} {CarriedNames} {Obstacles}".Split(' ')];
        for (char first = 'a'; first <= 'z'; first++)
        {
            for (char second = 'a'; second <= 'z'; second++)
            {
                string name = $"{first}{second}";
                (VmaFlagNames.Find(Encoding.ASCII.GetBytes(name)) is not null).ShouldBe(listed.Contains(name), name);
            }
        }
    }

    [Theory]
    [InlineData("zz", "rw-p", 0, "unknown-memory")]
    [InlineData("??", "rw-p", 0, "unknown-memory")]
    [InlineData("sf", "rw-s", 0, "dax")]
    [InlineData("mm", "rw-s", 0, "device-memory")]
    [InlineData("rd", "rw-p", 5, "protection-key")]
    [InlineData("rd", "--xp", 5, null)]
    public void What_can_not_be_carried_has_a_name(string flag, string permissions, int key, string? obstacle) =>
        ObstaclesOf(flag, permissions, key).Select(found => found.Name).SingleOrDefault().ShouldBe(obstacle);

    private static List<Obstacle> ObstaclesOf(string flag, string permissions = "rw-p", int key = 0)
    {
        List<Obstacle> obstacles = [];
        byte[] text = Encoding.ASCII.GetBytes($"7f0000000000-7f0000001000 {permissions} 00000000 00:00 0 \nProtectionKey:         {key}\nVmFlags: rd {flag} \n");
        MemoryCapture.FindObstacles(Environment.ProcessId, ProcMaps.Parse(text), obstacles);
        return obstacles;
    }
}
