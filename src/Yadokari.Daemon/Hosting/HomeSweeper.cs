using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Hosting;

/// <summary>Removes what nobody will ask for again: at the start of a daemon, before it takes anything new.</summary>
/// <param name="forget">Takes the record of a job out of the store.</param>
/// <param name="servicesNeed">A job directory, by id and epoch, belongs to a service on its way here.</param>
public sealed class HomeSweeper(HomeDirectory home, Action<string> forget, JobTable jobs, MoveTarget moves, Func<string, int, bool>? servicesNeed = null)
{
    /// <summary>Jobs that are over and still listed.</summary>
    private const int KeptJobs = 1000;

    public void Sweep()
    {
        foreach (JobRecord old in jobs.All.Select(e => e.Record).Where(r => !r.IsHere && r.State != JobState.Saved).OrderByDescending(r => r.Ended ?? r.Started).Skip(KeptJobs).ToList())
        {
            forget(old.Id);
            jobs.Remove(old.Id);
        }
        foreach (string socket in Directory.EnumerateFiles(home.Path, "keeper-*"))
        {
            File.Delete(socket);
        }
        HashSet<string> wanted = [.. jobs.All.Select(e => home.JobDirectory(e.Record.Id, e.Record.Epoch))];
        foreach (string directory in Directory.EnumerateDirectories(home.Jobs))
        {
            if (!wanted.Contains(directory) && !IsComing(Path.GetFileName(directory)))
            {
                HomeDirectory.DeleteTree(directory);
            }
        }
        SweepCheckpoints();
        foreach (string image in Directory.EnumerateFiles(home.Images, "*.ctx"))
        {
            if (!moves.NeedsImage(Path.GetFileNameWithoutExtension(image)))
            {
                SharedPlace.Delete(image);
            }
        }
    }

    /// <summary>Files that a daemon left which died in the middle of a checkpoint, and checkpoints of jobs that are over.</summary>
    private void SweepCheckpoints()
    {
        HashSet<string> wanted = [.. jobs.All.SelectMany(e => e.Record.Checkpoints).Select(c => c.Path)];
        foreach (string directory in Directory.EnumerateDirectories(home.Checkpoints).ToList())
        {
            foreach (string file in Directory.EnumerateFiles(directory).Where(f => !wanted.Contains(f)).ToList())
            {
                File.Delete(file);
            }
            if (!Directory.EnumerateFileSystemEntries(directory).Any())
            {
                Directory.Delete(directory);
            }
        }
        foreach (string part in Directory.EnumerateFiles(home.Saved, "*.part").ToList())
        {
            File.Delete(part);
        }
    }

    private bool IsComing(string directory)
    {
        int dash = directory.LastIndexOf('-');
        return dash > 0 && int.TryParse(directory.AsSpan(dash + 1), out int epoch)
            && (moves.NeedsJob(directory[..dash], epoch) || servicesNeed?.Invoke(directory[..dash], epoch) == true);
    }
}
