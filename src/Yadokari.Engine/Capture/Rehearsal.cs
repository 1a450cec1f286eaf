namespace Yadokari.Engine.Capture;

/// <summary>A capture of a throw-away process.</summary>
internal static class Rehearsal
{
    public static void Run()
    {
    }
}
