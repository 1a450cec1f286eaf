using System.Text;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Yadokari.Engine.Context;
using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Restore;

/// <summary>Executes a plan as context files do: a file of header and control segment, started by the kernel.</summary>
internal static class PlanProcess
{
    public const ulong Base = 1UL << 40;
    public const ulong Span = 64UL << 20;

    /// <summary>Runs it to its end.</summary>
    /// <param name="damage">Changes the bytes of the control segment before they are written.</param>
    /// <param name="arguments">argv[1]…</param>
    public static PlanEnding Run(PlanBuilder plan, Action<byte[]>? damage = null, params string[] arguments)
    {
        using SafeFileHandle output = MemoryFile.Create("output");
        using SafeFileHandle errors = MemoryFile.Create("errors");
        using SafeFileHandle file = Emit(plan.Build(), damage);
        int pid = ChildProcess.Start(new SpawnRequest
        {
            Program = $"/proc/self/fd/{file.DangerousGetHandle()}",
            Arguments = ["plan", .. arguments],
            Environment = ["A=1", "B=2"],
            Descriptors = [null, output, errors],
            NewSession = true,
        });
        int status = ChildProcess.Wait(pid);
        return new PlanEnding(status, Content(output), Encoding.UTF8.GetString(Content(errors)));
    }

    /// <summary>An executable file in memory.</summary>
    public static SafeFileHandle Emit(RestorePlan plan, Action<byte[]>? damage = null)
    {
        byte[] control = plan.Encode(new RemoteAddress(Base), Span);
        damage?.Invoke(control);
        ContextHeader header = new()
        {
            Format = TreeImage.CurrentFormat,
            ControlOffset = ContextHeader.Length,
            ControlLength = control.Length,
            ControlAddress = Base + Span,
            ControlChecksum = Checksum.Compute(control),
            ManifestOffset = ContextHeader.Length,
            ManifestLength = 1,
            ManifestChecksum = 0,
            FileLength = ContextHeader.Length + control.Length,
        };
        SafeFileHandle file = MemoryFile.Create("plan");
        RandomAccess.Write(file, header.ToBytes(), 0);
        RandomAccess.Write(file, control, ContextHeader.Length);
        return file;
    }

    public static byte[] Content(SafeFileHandle file)
    {
        byte[] bytes = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, bytes, 0).ShouldBe(bytes.Length);
        return bytes;
    }
}
