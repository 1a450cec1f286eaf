#!/bin/bash
# A program that needs more time than a job may have: sbatch job.sh ./simulate --steps 1000000
# It is saved before each end of the job's time, and goes on in the next run, until it ends (docs/slurm.md).
#SBATCH --job-name=simulate
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append

exec yado slurm run -- "$@"
