// Package openshared opens files that others rename, replace and delete while they are read,
// as logs are.
package openshared
