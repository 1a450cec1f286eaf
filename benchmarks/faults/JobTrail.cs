using System.Globalization;
using System.Text;

namespace Yadokari.Faults;

/// <summary>What one job has written of its steps, read as it grows.</summary>
/// <param name="path">The file it appends to.</param>
public sealed class JobTrail(string path)
{
    private long _offset;

    /// <summary>The last step that was made.</summary>
    public long Last { get; private set; }

    /// <summary>Steps that were made again although no host had died.</summary>
    public int Twice { get; private set; }

    /// <summary>Steps that were left out.</summary>
    public int Missing { get; private set; }

    /// <summary>How often the job may yet go back to an older checkpoint: its host has died so often.</summary>
    public int Returns { get; set; }

    /// <summary>Reads what is new.</summary>
    /// <returns>True when there was something.</returns>
    public bool Read()
    {
        using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(_offset, SeekOrigin.Begin);
        byte[] bytes = new byte[file.Length - _offset];
        file.ReadExactly(bytes);
        int end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        _offset += end;
        foreach (string line in Encoding.ASCII.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            long step = long.Parse(line.AsSpan(line.IndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            if (step > Last + 1)
            {
                Missing++;
            }
            else if (step <= Last && --Returns < 0)
            {
                Twice++;
            }
            Last = step;
        }
        return end > 0;
    }
}
