using System.ComponentModel;
using System.Diagnostics;

namespace Yadokari.Cli;

/// <summary>
/// Opens an address that is a secret. A browser's arguments can be read by every user of the machine, so it is given a file that
/// only its user can read, and that leads on.
/// </summary>
/// <param name="directory">Where the file goes, which is removed in the end.</param>
public sealed class BrowserOpening(string directory) : IDisposable
{
    private readonly string _file = Path.Combine(directory, $"open-{Environment.ProcessId}.html");

    /// <summary>Does nothing where there is no desktop.</summary>
    public void TryOpen(string address)
    {
        if (Environment.GetEnvironmentVariable("DISPLAY") is null && Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is null)
        {
            return;
        }

        try
        {
            using (FileStream file = new(_file, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes($"<!doctype html><meta http-equiv=refresh content=\"0;url={address}\">\n"));
            }

            using Process? opener = Process.Start(new ProcessStartInfo("xdg-open", [_file]) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException)
        {
            // The address is printed all the same.
        }
    }

    public void Dispose() => File.Delete(_file);
}
