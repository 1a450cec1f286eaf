namespace Yadokari.Protocol;

/// <summary>Bounds on everything that comes from outside, checked before anything is allocated for it.</summary>
public static class Limits
{
    /// <summary>Well-known port of a daemon.</summary>
    public const int Port = 1991;

    /// <summary>Bytes of one JSON request body.</summary>
    public const int MaxRequestBytes = 8 << 20;

    /// <summary>Bytes of one JSON answer.</summary>
    public const int MaxResponseBytes = 64 << 20;

    /// <summary>Bytes of one line of a progress stream.</summary>
    public const int MaxLineBytes = 1 << 20;

    /// <summary>Bytes of payload in one frame of a binary stream.</summary>
    public const int MaxFrameBytes = 1 << 20;

    /// <summary>Bytes of a context file on the way; 1 TiB.</summary>
    public const long MaxImageBytes = 1L << 40;

    /// <summary>Where a log ends at the latest, whatever of it is kept: the longest file of ext4, 16 TiB.</summary>
    public const long MaxLogBytes = 1L << 44;

    /// <summary>Arguments of a program.</summary>
    public const int MaxArguments = 65_536;

    /// <summary>Entries of an environment.</summary>
    public const int MaxEnvironment = 65_536;

    /// <summary>Characters of one argument or environment entry (MAX_ARG_STRLEN of execve(2)).</summary>
    public const int MaxArgumentLength = 131_072;

    /// <summary>Characters of a path (PATH_MAX).</summary>
    public const int MaxPathLength = 4096;

    /// <summary>Characters of the name of a job or host.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Hosts that one daemon knows.</summary>
    public const int MaxPeers = 1024;

    /// <summary>Seconds of load that a host remembers one by one.</summary>
    public const int LoadSeconds = 3600;

    /// <summary>Minutes of load that a host keeps on its disk, as means; four weeks.</summary>
    public const int LoadMinutes = 28 * 24 * 60;

    /// <summary>Samples in one answer about load.</summary>
    public const int MaxLoadSamples = 600;

    /// <summary>Checkpoints of one job that are kept.</summary>
    public const int MaxCheckpoints = 100;

    /// <summary>The shortest time between two checkpoints of a job, seconds.</summary>
    public const double MinCheckpointSeconds = 1;

    /// <summary>The longest time that anything may be asked to take or wait, seconds; a year.</summary>
    public const double MaxSeconds = 366 * 86400.0;

    /// <summary>The last moment that may be asked about, milliseconds since 1970: the end of the year 9999.</summary>
    public const long MaxTime = 253_402_300_799_999;

    /// <summary>The longest a wait request is held open, seconds.</summary>
    public const int MaxWaitSeconds = 60;

    /// <summary>The longest that a request for a job's output waits for some, seconds.</summary>
    public const int MaxStreamWaitSeconds = 15;

    /// <summary>What may wait in a terminal for its program, with what the kernel has not handed on.</summary>
    public const int MaxTyped = 1 << 18;

    /// <summary>Rows, or columns, of a terminal's window.</summary>
    public const int MaxWindow = 65_535;

    /// <summary>Bytes of one piece of a job's input.</summary>
    public const int MaxStreamPiece = 65_536;

    /// <summary>Bytes of a service's state; 1 GiB.</summary>
    public const long MaxStateBytes = 1L << 30;

    /// <summary>Rounds in which changes of a service's state are sent ahead, before calls are held.</summary>
    public const int MaxStateRounds = 16;

    /// <summary>Rounds in all: there are more when calls that last are waited for.</summary>
    public const int MaxAllStateRounds = 4096;

    /// <summary>Bytes of a service's program folder; 2 GiB.</summary>
    public const long MaxProgramBytes = 2L << 30;

    /// <summary>Files of a service's program folder.</summary>
    public const int MaxProgramFiles = 20_000;

    /// <summary>The longest that calls to an old place are passed on, seconds; one week.</summary>
    public const int MaxForwardSeconds = 7 * 24 * 3600;

    /// <summary>The longest that a move waits for a program that holds itself in place, seconds.</summary>
    public const int MaxHoldSeconds = 3600;

    /// <summary>Letters, digits, dot, underscore, hyphen; starts with a letter or digit; 1 to 64 characters.</summary>
    public static bool IsName(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxNameLength || !char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }
        return true;
    }
}
