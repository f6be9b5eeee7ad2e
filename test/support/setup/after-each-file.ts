import { afterAll } from 'vitest';
import { removeTempDirectories } from '../servers/temp-directory.ts';

// A setup file runs for each test file, even where files share their imports.
afterAll(removeTempDirectories);
