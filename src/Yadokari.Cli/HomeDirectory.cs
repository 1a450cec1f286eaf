namespace Yadokari.Cli;

/// <summary>Where this user's daemon keeps everything: YADO_HOME, else ~/.yado.</summary>
public static class HomeDirectory
{
    public static string Path => Environment.GetEnvironmentVariable("YADO_HOME") is { Length: > 0 } chosen
        ? System.IO.Path.GetFullPath(chosen)
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".yado");
}
