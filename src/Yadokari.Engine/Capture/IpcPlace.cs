using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>Whose the IPC namespace of a job is.</summary>
internal enum IpcPlace
{
    /// <summary>This program's: others may use what is in it.</summary>
    Outside,

    /// <summary>The job's: it was resumed with one, and all in it is its.</summary>
    Own,

    /// <summary>Others', and not this program's: what is in it can't be told apart from here.</summary>
    Foreign,
}
